namespace EdgeSim.Transports.Http.Bodies;

/// <summary>POST /edgesim/v1/encode: texts or images, not both.</summary>
/// <param name="Model">Null for the default of the modality.</param>
/// <param name="Images">Picture files as base64.</param>
public sealed record EncodeBody(string? Model, string[]? Texts, byte[][]? Images);
