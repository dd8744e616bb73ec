using System.Globalization;
using EdgeSim.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not ["store", ..])
{
    Console.Error.WriteLine(
        "Usage: EdgeSim.Benchmarks store [FOLDER]   durable upserts against SQLite, in FOLDER or here");
    return 64;
}

StoreAgainstSqlite.Run(args.Length > 1 ? args[1] : Environment.CurrentDirectory, Console.Out);
return 0;
