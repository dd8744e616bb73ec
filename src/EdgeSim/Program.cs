using System.Globalization;
using EdgeSim;
using EdgeSim.Commands;

// Numbers are written for programs and for people of every country in one way, whatever LC_ALL says.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

return (int)CommandLine.Run(args, new Output(Console.Out, Console.Error));
