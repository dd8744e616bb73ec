namespace EdgeSim.Encoders.Models;

/// <summary>A step of an installation that begins.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Step">0-based.</param>
/// <param name="Steps">How many steps an installation has.</param>
/// <param name="Message">What is being done, for a person.</param>
public readonly record struct InstallProgress(string Model, int Step, int Steps, string Message);
