namespace EdgeSim.Index.Payloads;

/// <summary>
/// A filter ready to be asked about rows: checked against its limits once, with paths and values as UTF-8.
/// Immutable; any number of threads may use it.
/// </summary>
internal sealed class PreparedFilter
{
    private PreparedFilter(PreparedCondition root) => Root = root;

    internal PreparedCondition Root { get; }

    /// <summary>Checks and prepares a filter. O(conditions + values log values).</summary>
    /// <exception cref="FilterException">It is too large or deep, or a value makes no sense.</exception>
    /// <exception cref="PayloadException">A path of it is none.</exception>
    public static PreparedFilter Prepare(Filter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        int conditions = 0;
        return new PreparedFilter(Group(filter, 1, ref conditions));
    }

    /// <summary>What fulfils a condition and, where there is one, a filter.</summary>
    /// <exception cref="FilterException">A value of the condition makes no sense.</exception>
    /// <exception cref="PayloadException">A path of it is none.</exception>
    public static PreparedFilter Prepare(PreparedFilter? filter, Condition condition)
    {
        int conditions = 0;
        PreparedCondition prepared = One(condition, 1, ref conditions);
        return filter is null
            ? new PreparedFilter(prepared)
            : new PreparedFilter(new GroupCondition { Must = [filter.Root, prepared], MustNot = [], Some = [] });
    }

    /// <summary>Whether a point fulfils it, by looking at its payload. Allocates nothing.</summary>
    public bool Matches(Key key, ReadOnlySpan<byte> payload) => Root.Matches(key, payload);

    private static GroupCondition Group(Filter filter, int depth, ref int conditions)
    {
        if (depth > IndexLimits.FilterDepthMax)
        {
            throw new FilterException(
                $"Filters lie within each other deeper than {IndexLimits.FilterDepthMax} levels, "
                + "the most allowed.");
        }

        var some = new List<(PreparedCondition[] Conditions, int Count)>(2);
        if (filter.Should.Count > 0)
        {
            some.Add((All(filter.Should, depth, ref conditions), 1));
        }

        if (filter.MinShould is { } min)
        {
            if (min.Count < 0)
            {
                throw new FilterException(
                    $"min_should asks for {min.Count} conditions; 0 or more are allowed.");
            }

            some.Add((All(min.Conditions, depth, ref conditions), min.Count));
        }

        return new GroupCondition
        {
            Must = All(filter.Must, depth, ref conditions),
            MustNot = All(filter.MustNot, depth, ref conditions),
            Some = [.. some],
        };
    }

    private static PreparedCondition[] All(IReadOnlyList<Condition> list, int depth, ref int conditions)
    {
        conditions += list.Count;
        if (conditions > IndexLimits.FilterConditionsMax)
        {
            throw new FilterException(
                $"The filter has more than {IndexLimits.FilterConditionsMax} conditions, the most allowed.");
        }

        var prepared = new PreparedCondition[list.Count];
        for (int i = 0; i < prepared.Length; i++)
        {
            prepared[i] = One(list[i], depth, ref conditions);
        }

        return prepared;
    }

    private static PreparedCondition One(Condition condition, int depth, ref int conditions)
    {
        switch (condition)
        {
            case Filter filter:
                return Group(filter, depth + 1, ref conditions);
            case Nested nested:
                return new NestedCondition(nested.Path, Group(nested.Filter, depth + 1, ref conditions));
            case MatchValue match:
                return new ValueCondition(match.Path, [match.Value], isExcept: false);
            case MatchAny any:
                RequireValues(any.Values.Count, any.Path);
                return new ValueCondition(any.Path, any.Values, isExcept: false);
            case MatchExcept except:
                RequireValues(except.Values.Count, except.Path);
                return new ValueCondition(except.Path, except.Values, isExcept: true);
            case MatchText text:
                return new TextCondition(text.Path, text.Text);
            case NumberRange range:
                Require(range);
                return new RangeCondition(
                    range.Path, NumberBounds.Of(range.Gt, range.Gte, range.Lt, range.Lte));
            case DatetimeRange range:
                return new TimeCondition(
                    range.Path,
                    WholeBounds.Of(
                        range.Gt?.UtcTicks, range.Gte?.UtcTicks, range.Lt?.UtcTicks, range.Lte?.UtcTicks));
            case ValuesCount count:
                return new CountCondition(
                    count.Path, WholeBounds.Of(count.Gt, count.Gte, count.Lt, count.Lte));
            case GeoRadius circle:
                return new GeoCondition(circle.Path, new GeoShape(circle));
            case GeoBox box:
                return new GeoCondition(box.Path, new GeoShape(box));
            case IsEmpty empty:
                return new EmptyCondition(empty.Path);
            case IsNull isNull:
                return new NullCondition(isNull.Path);
            case HasId ids:
                RequireValues(ids.Keys.Count, "id");
                return new IdCondition(ids.Keys);
            default:
                throw new FilterException("The filter holds null where a condition is expected.");
        }
    }

    private static void RequireValues(int count, string path)
    {
        if (count > IndexLimits.FilterValuesMax)
        {
            throw new FilterException(
                $"A condition on '{path}' names {count} values; at most {IndexLimits.FilterValuesMax} are "
                + "allowed. Split it, or mark the points with a field of their own.");
        }
    }

    private static void Require(NumberRange range)
    {
        ReadOnlySpan<double?> bounds = [range.Gt, range.Gte, range.Lt, range.Lte];
        foreach (double? bound in bounds)
        {
            if (bound is { } value && double.IsNaN(value))
            {
                throw new FilterException($"A bound on '{range.Path}' is not a number.");
            }
        }
    }
}
