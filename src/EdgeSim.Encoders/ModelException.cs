namespace EdgeSim.Encoders;

/// <summary>
/// A model, its files or the runtime library is missing, wrong or damaged. The message names the file, what
/// was found, what was expected and what to do. Safe to show to a user.
/// </summary>
public sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner);
