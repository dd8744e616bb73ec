using System.Globalization;
using EdgeSim.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = args.Length > 1 ? args[1] : Environment.CurrentDirectory;
switch (args)
{
    case ["store", ..]:
        StoreAgainstSqlite.Run(folder, Console.Out);
        return 0;
    case ["queries", ..]:
        FlatQueries.Run(folder, Console.Out);
        return 0;
    default:
        Console.Error.WriteLine(
            """
            Usage: EdgeSim.Benchmarks store [FOLDER]     durable upserts against SQLite, in FOLDER or here
                   EdgeSim.Benchmarks queries [FOLDER]   exact queries of every kind, the same way
            """);
        return 64;
}
