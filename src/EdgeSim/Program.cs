using EdgeSim;
using EdgeSim.Commands;

return (int)CommandLine.Run(args, new Output(Console.Out, Console.Error));
