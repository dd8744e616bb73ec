using EdgeSim.Engine;

namespace EdgeSim.Commands.Reports;

/// <param name="Title">The question in words.</param>
/// <param name="Picture">Path of the query picture, when the query is one.</param>
/// <param name="Via">
/// How pictures were found for a sentence; null where the vectors were compared directly.
/// </param>
public sealed record DemoQuestion(string Title, string? Picture, string? Via, SearchReply Answer);
