namespace EdgeSim.Index.Payloads;

/// <summary>A filter: conditions that all, some or none of have to hold.</summary>
internal sealed class GroupCondition : PreparedCondition
{
    public required PreparedCondition[] Must { get; init; }

    public required PreparedCondition[] MustNot { get; init; }

    /// <summary>Lists of which so many hold: Should with 1, MinShould with its count.</summary>
    public required (PreparedCondition[] Conditions, int Count)[] Some { get; init; }

    public override bool Matches(Key key, ReadOnlySpan<byte> payload)
    {
        foreach (PreparedCondition condition in Must)
        {
            if (!condition.Matches(key, payload))
            {
                return false;
            }
        }

        foreach (PreparedCondition condition in MustNot)
        {
            if (condition.Matches(key, payload))
            {
                return false;
            }
        }

        foreach ((PreparedCondition[] conditions, int count) in Some)
        {
            if (!Matches(conditions, count, key, payload))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether so many of the conditions hold.</summary>
    public static bool Matches(
        PreparedCondition[] conditions, int count, Key key, ReadOnlySpan<byte> payload)
    {
        int found = 0;
        for (int i = 0; i < conditions.Length && found < count; i++)
        {
            found += conditions[i].Matches(key, payload) ? 1 : 0;
        }

        return found >= count;
    }

    public override bool UsesIndex(IFilterRows rows)
    {
        bool uses = AnyUsesIndex(Must, rows) || AnyUsesIndex(MustNot, rows);
        foreach ((PreparedCondition[] conditions, _) in Some)
        {
            uses = uses || AnyUsesIndex(conditions, rows);
        }

        return uses;
    }

    public static bool AnyUsesIndex(PreparedCondition[] conditions, IFilterRows rows)
    {
        foreach (PreparedCondition condition in conditions)
        {
            if (condition.UsesIndex(rows))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Bounds of an intersection: it lacks at most what each part lacks, and is no larger than the smallest.
    /// </summary>
    public override Cardinality Estimate(IFilterRows rows)
    {
        int all = rows.LiveCount;
        long least = all;
        long most = all;
        double share = 1;
        foreach (PreparedCondition condition in Must)
        {
            Intersect(condition.Estimate(rows), all, ref least, ref most, ref share);
        }

        foreach (PreparedCondition condition in MustNot)
        {
            Cardinality not = condition.Estimate(rows);
            Intersect(
                new Cardinality(all - not.Max, all - not.Expected, all - not.Min),
                all,
                ref least,
                ref most,
                ref share);
        }

        foreach ((PreparedCondition[] conditions, int count) in Some)
        {
            Intersect(Estimate(conditions, count, rows), all, ref least, ref most, ref share);
        }

        int min = (int)Math.Max(least, 0);
        return new Cardinality(min, Math.Clamp((int)(share * all), min, (int)most), (int)most);
    }

    private static void Intersect(
        Cardinality part, int all, ref long least, ref long most, ref double share)
    {
        least -= all - part.Min;
        most = Math.Min(most, part.Max);
        share *= all == 0 ? 0 : (double)part.Expected / all;
    }

    /// <summary>
    /// Rows that fulfil at least c of k conditions, n rows in all, s their sum over the conditions: each such
    /// row adds at least c and at most k to s, every other at most c - 1. Hence at most s / c of them, and at
    /// least (s - n (c - 1)) / (k - c + 1).
    /// </summary>
    private static Cardinality Estimate(PreparedCondition[] conditions, int count, IFilterRows rows)
    {
        int all = rows.LiveCount;
        if (count <= 0)
        {
            return new Cardinality(all, all, all);
        }

        if (count > conditions.Length)
        {
            return default;
        }

        long leastSum = 0;
        long mostSum = 0;
        int largest = 0;
        double none = 1;
        double expectedSum = 0;
        foreach (PreparedCondition condition in conditions)
        {
            Cardinality part = condition.Estimate(rows);
            leastSum += part.Min;
            mostSum += part.Max;
            largest = Math.Max(largest, part.Min);
            expectedSum += part.Expected;
            none *= all == 0 ? 0 : 1 - ((double)part.Expected / all);
        }

        long free = conditions.Length - count + 1;
        long least = Math.Max((leastSum - ((count - 1L) * all) + free - 1) / free, count == 1 ? largest : 0);
        int most = (int)Math.Min(all, mostSum / count);
        int min = (int)Math.Clamp(least, 0, most);
        double expected = count == 1 ? all * (1 - none) : expectedSum / conditions.Length;
        return new Cardinality(min, Math.Clamp((int)expected, min, most), most);
    }
}
