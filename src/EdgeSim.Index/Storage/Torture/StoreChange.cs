namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// One change of a random batch, for a <see cref="WriteBatch"/> and for a model of the store.
/// </summary>
/// <param name="Kind">What it does.</param>
/// <param name="Key">To which point.</param>
internal sealed record StoreChange(StepKind Kind, Key Key)
{
    /// <summary>The payload, or the values to set.</summary>
    internal StorePayload Payload { get; init; } = StorePayload.Empty;

    /// <summary>Whether the values go into the inner map.</summary>
    internal bool IsInner { get; init; }

    /// <summary>Fields or vectors to take away.</summary>
    internal string[] Names { get; init; } = [];

    /// <summary>Vectors by column, null where none is given.</summary>
    internal float[]?[] Vectors { get; init; } = [];

    internal void AddTo(WriteBatch batch, CollectionOptions options)
    {
        byte[] payload = Payload.ToBytes();
        switch (Kind)
        {
            case StepKind.Put when Vectors[0] is { } only && Array.TrueForAll(Vectors[1..], v => v is null):
                batch.Upsert(Key, only, payload);
                break;
            case StepKind.Put:
                batch.Upsert(Key, payload);
                AddVectors(batch, options);
                break;
            case StepKind.SetVectors:
                batch.SetVectors(Key);
                AddVectors(batch, options);
                break;
            case StepKind.DeleteVectors:
                batch.DeleteVectors(Key, Names);
                break;
            case StepKind.SetPayload:
                batch.SetPayload(Key, payload, IsInner ? StorePayload.Inner : null);
                break;
            case StepKind.OverwritePayload when payload.Length == 0:
                batch.ClearPayload(Key);
                break;
            case StepKind.OverwritePayload:
                batch.OverwritePayload(Key, payload);
                break;
            case StepKind.DeletePayload:
                batch.DeletePayload(Key, Names);
                break;
            default:
                batch.Delete(Key);
                break;
        }
    }

    /// <summary>Does it to a model.</summary>
    internal void ApplyTo(SortedDictionary<Key, StorePoint> points, CollectionOptions options)
    {
        points.TryGetValue(Key, out StorePoint? old);
        switch (Kind)
        {
            case StepKind.Put:
                points[Key] = new StorePoint(Payload.Clone(), Stored(new float[]?[Vectors.Length], options));
                break;
            case StepKind.Delete:
                points.Remove(Key);
                break;
            case StepKind.SetVectors when old is not null:
                points[Key] = new StorePoint(old.Payload, Stored([.. old.Vectors], options));
                break;
            case StepKind.DeleteVectors when old is not null:
                points[Key] = new StorePoint(
                    old.Payload,
                    [.. old.Vectors.Select(
                        (vector, column) => Names.Contains(options.Vectors[column].Name) ? null : vector)]);
                break;
            case StepKind.OverwritePayload when old is not null:
                points[Key] = new StorePoint(Payload.Clone(), old.Vectors);
                break;
            case StepKind.SetPayload or StepKind.DeletePayload when old is not null:
                points[Key] = new StorePoint(Edited(old.Payload), old.Vectors);
                break;
            default:
                break; // There is no such point.
        }
    }

    private StorePayload Edited(StorePayload old)
    {
        StorePayload payload = old.Clone();
        if (Kind == StepKind.DeletePayload)
        {
            Array.ForEach(Names, payload.Delete);
        }
        else if (IsInner)
        {
            payload.SetInner(Payload);
        }
        else
        {
            payload.Set(Payload);
        }

        return payload;
    }

    private float[]?[] Stored(float[]?[] before, CollectionOptions options)
    {
        for (int column = 0; column < before.Length; column++)
        {
            before[column] = Vectors[column] is { } vector
                ? StorePoint.Stored(options.Vectors[column], vector)
                : before[column];
        }

        return before;
    }

    private void AddVectors(WriteBatch batch, CollectionOptions options)
    {
        for (int column = 0; column < Vectors.Length; column++)
        {
            if (Vectors[column] is { } vector)
            {
                batch.Vector(options.Vectors[column].Name, vector);
            }
        }
    }
}
