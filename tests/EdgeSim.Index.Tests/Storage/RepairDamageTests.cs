using System.Text.RegularExpressions;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>
/// Hundreds of collections with random damage. Whatever it is, a repair ends in a sound collection without
/// anything that was not written; and when it says that nothing is lost and nothing uncertain, then nothing
/// is.
/// </summary>
public sealed class RepairDamageTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Repair_RandomDamageOfAnyFiles_InventsNothingAndHidesNothing(int part)
    {
        int rounds = Emulation.Choose(60, 4);
        int refused = 0;
        int exact = 0;
        for (int i = 0; i < rounds; i++)
        {
            ulong seed = ((ulong)part * 100_000) + (ulong)i;
            using var directory = new TortureDirectory();
            var random = new SplitMix64(seed);
            RepairWorld world = Make(directory, ref random, seed);
            string damage = Damage(world.Path, ref random, 1 + random.Below(3), name => true);
            try
            {
                RepairReport report = Collection.Repair(world.Path);
                RepairTests.AssertRepaired(world, report);
                exact += AssertHonest(world, report) ? 1 : 0;
            }
            catch (IndexFormatException e) when (e.Message.Contains("create an empty collection")
                || e.Message.Contains("newer one") || !Collection.Exists(world.Path))
            {
                refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}: {damage}\n{e.Message}", e);
            }
        }

        Assert.InRange(refused, 0, Emulation.Choose(rounds / 3, rounds - 1));
        Assert.InRange(exact, rounds / 10, rounds);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Repair_RandomDamageOfSegments_LosesExactlyWhatItSays(int part)
    {
        for (int i = 0; i < Emulation.Choose(50, 3); i++)
        {
            ulong seed = ((ulong)part * 10_000) + (ulong)i;
            using var directory = new TortureDirectory();
            var random = new SplitMix64(seed);
            RepairWorld world = Make(directory, ref random, seed);
            string damage = Damage(
                world.Path, ref random, 1 + random.Below(4), name => name.StartsWith("segment-"));
            try
            {
                RepairReport report = Collection.Repair(world.Path);
                RepairTests.AssertRepaired(world, report);
                Assert.Empty(report.Uncertain);
                RepairTests.AssertExact(world, report);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}: {damage}\n{e.Message}", e);
            }
        }
    }

    /// <summary>Damages some of the files.</summary>
    internal static string Damage(string path, ref SplitMix64 random, int times, Func<string, bool> which)
    {
        string text = "";
        for (int i = 0; i < times; i++)
        {
            string[] files = [.. Directory.GetFiles(path).Order(StringComparer.Ordinal).Where(file =>
                Path.GetFileName(file) is var name && name != DirectoryLock.FileName && which(name))];
            if (files.Length > 0)
            {
                string file = files[random.Below(files.Length)];
                text += $"{Path.GetFileName(file)} {DamageOne(file, ref random)}; ";
            }
        }

        return text;
    }

    private static RepairWorld Make(TortureDirectory directory, ref SplitMix64 random, ulong seed)
        => new(
            directory.Sub("c"),
            seed,
            3 + random.Below(20),
            1 + random.Below(3),
            random.Below(3) == 0 ? 0 : 2 + random.Below(6));

    private static string DamageOne(string file, ref SplitMix64 random)
    {
        byte[] bytes = File.ReadAllBytes(file);
        if (bytes.Length == 0)
        {
            return "was empty";
        }

        int at = random.Below(bytes.Length);
        int kind = random.Below(10);
        switch (kind)
        {
            case 0:
                File.Delete(file);
                return "deleted";
            case 1:
                File.WriteAllBytes(file, bytes[..at]);
                return $"cut to {at}";
            case 2:
                random.Fill(bytes.AsSpan(at, Math.Min(bytes.Length - at, 1 + random.Below(5000))));
                break;
            case 3:
                int sector = at & ~511;
                bytes.AsSpan(sector, Math.Min(512, bytes.Length - sector)).Clear();
                break;
            default:
                // Where there is something, for most bytes of a small segment are gaps.
                while (bytes[at] == 0 && random.Below(20) > 0)
                {
                    at = random.Below(bytes.Length);
                }

                bytes[at] ^= (byte)(1 << random.Below(8));
                break;
        }

        File.WriteAllBytes(file, bytes);
        return $"kind {kind} at {at}";
    }

    /// <summary>What is not the truth has been said, point by point where the report is certain.</summary>
    private static bool AssertHonest(RepairWorld world, RepairReport report)
    {
        // A slot that decays and a log that then seems to end cannot be told from a power cut (FORMAT.md).
        bool isCertain = report.Uncertain.All(text => text.StartsWith("the last that was written states"))
            && report.PointsLostUnnamed == 0
            && !report.Before.Problems.Any(problem => problem.File.EndsWith(Manifest.FileName));
        if (isCertain)
        {
            HashSet<Key> named = [.. report.LostKeys, .. report.VectorsLost.Select(vector => vector.Key)];
            foreach (ulong batch in report.Losses.SelectMany(LostBatches))
            {
                named.UnionWith(world.Batches.GetValueOrDefault(batch, []));
            }

            Dictionary<Key, string> found = RepairWorld.Read(world.Path);
            foreach (Key key in world.Truth.Keys.Union(found.Keys).Where(key => !named.Contains(key)))
            {
                Assert.True(
                    world.Truth.GetValueOrDefault(key) == found.GetValueOrDefault(key),
                    $"{key} was {world.Truth.GetValueOrDefault(key)}, is {found.GetValueOrDefault(key)}");
            }
        }

        return isCertain;
    }

    private static IEnumerable<ulong> LostBatches(RepairLoss loss)
    {
        GroupCollection groups = Regex.Match(loss.What, @"^batch(?:es)? (\d+)(?: to (\d+))? ").Groups;
        ulong first = groups[0].Success ? ulong.Parse(groups[1].Value) : 1;
        ulong last = groups[2].Success ? ulong.Parse(groups[2].Value)
            : groups[0].Success ? first : 0;
        for (ulong batch = first; batch <= last; batch++)
        {
            yield return batch;
        }
    }
}
