using EdgeSim.Index;

namespace EdgeSim.Engine;

/// <summary>
/// The collections of a data folder, each opened when it is first asked for; the one that was asked for
/// longest ago is closed when there are too many. Owned by the engine's thread, which holds at most one
/// collection while it asks for another.
/// </summary>
/// <param name="folder">Where they are.</param>
/// <param name="mappedBytes">What the budget leaves for mapped files; null: no limit.</param>
public sealed class CollectionSet(string folder, long? mappedBytes = null) : IDisposable
{
    private readonly CollectionSettings settings = new()
    {
        SealBytes = Limits.SealBytes,
        MappedBytesMax = mappedBytes is { } bytes ? Math.Max(bytes, IndexLimits.MappedBytesMin) : null,
    };

    private readonly Dictionary<string, Collection> open = [];

    /// <summary>The names in <see cref="open"/>, the one asked for last at the end.</summary>
    private readonly LinkedList<string> used = [];

    /// <summary>Collections that are open now.</summary>
    public int OpenCount => open.Count;

    /// <summary>Names on disk, in ordinal order.</summary>
    public IReadOnlyList<string> Names() => Collection.List(folder);

    public bool Exists(string name) => open.ContainsKey(name) || Collection.Exists(PathOf(name));

    /// <exception cref="UserException">There is none of that name.</exception>
    public Collection Get(string name)
    {
        if (open.TryGetValue(name, out Collection? collection))
        {
            used.Remove(name);
            used.AddLast(name);
            return collection;
        }

        string path = Existing(name);
        MakeRoom();
        return Keep(name, Collection.Open(path, settings));
    }

    /// <summary>
    /// The same for adding: one that was opened when its files could only be read is opened again, because
    /// somebody may have mounted the disk for writing meanwhile.
    /// </summary>
    public Collection GetToWrite(string name)
    {
        if (open.TryGetValue(name, out Collection? collection) && collection.IsReadOnly)
        {
            Close(name);
        }

        return Get(name);
    }

    /// <summary>What a collection holds. Opens and locks nothing.</summary>
    /// <exception cref="UserException">There is none of that name.</exception>
    public CollectionSummary Describe(string name) =>
        open.TryGetValue(name, out Collection? collection)
            ? new CollectionSummary(
                collection.Options, collection.Count, collection.Segments.Count, collection.Bytes)
            : Collection.Describe(Existing(name));

    public Collection Create(string name, CollectionOptions options)
    {
        string path = PathOf(name);
        MakeRoom();
        return Keep(name, Collection.Create(path, options, settings));
    }

    /// <summary>
    /// Seals rows of the collection that has most of them in memory, while all together have more than their
    /// share. To be called after every write.
    /// </summary>
    public void KeepWithinMemory()
    {
        try
        {
            while (open.Values.Sum(collection => collection.FreshBytes) > Limits.FreshBytesMax)
            {
                open.Values.MaxBy(collection => collection.FreshBytes)!.Seal();
            }
        }
        catch (IndexException)
        {
            // The write before has succeeded. The rows stay in memory and in the log; a collection whose own
            // share is full refuses the next write, and says why.
        }
    }

    /// <summary>
    /// Takes back a collection that was just made, as far as the disk lets us; what made it go is what is
    /// reported.
    /// </summary>
    public void TryDelete(string name)
    {
        if (open.Remove(name, out Collection? collection))
        {
            used.Remove(name);
            try
            {
                collection.Dispose();
                Collection.Drop(PathOf(name));
            }
            catch (IndexException)
            {
                // Without its descriptor it is no collection any more, and creating it goes over the rest.
            }
        }
    }

    public void Dispose()
    {
        foreach (Collection collection in open.Values)
        {
            collection.Dispose();
        }

        open.Clear();
        used.Clear();
    }

    private Collection Keep(string name, Collection collection)
    {
        open.Add(name, collection);
        used.AddLast(name);
        return collection;
    }

    private string PathOf(string name) => PathIn(folder, name);

    private string Existing(string name)
    {
        string path = PathOf(name);
        if (Collection.Exists(path))
        {
            return path;
        }

        IReadOnlyList<string> names = Names();
        string known = names.Count == 0 ? "there are none yet"
            : $"there are: {string.Join(", ", names.Take(Limits.NamesShownMax))}"
                + (names.Count > Limits.NamesShownMax ? ", ..." : "");
        throw new UserException(
            ExitCode.NoInput, $"No collection '{name}' in {folder}; {known}. Adding a point creates one.");
    }

    /// <summary>A name becomes a folder name, so only letters, digits, - and _ are taken.</summary>
    /// <exception cref="UserException">It cannot be a name.</exception>
    public static string PathIn(string folder, string name)
    {
        bool valid = name.Length is > 0 and <= Limits.CollectionNameLengthMax;
        foreach (char c in name)
        {
            valid &= char.IsAsciiLetterOrDigit(c) || c is '-' or '_';
        }

        return valid
            ? Path.Combine(folder, name)
            : throw new UserException(
                ExitCode.Usage,
                $"'{name}' cannot be a collection's name: 1 to {Limits.CollectionNameLengthMax} ASCII "
                + "letters, digits, - or _.");
    }

    /// <summary>
    /// Closes what was asked for longest ago. Nothing of it is in use: rows that a request adds are committed
    /// or discarded before the next begins.
    /// </summary>
    private void MakeRoom()
    {
        while (open.Count >= Limits.CollectionsOpenMax)
        {
            Close(used.First!.Value);
        }
    }

    private void Close(string name)
    {
        used.Remove(name);
        open.Remove(name, out Collection? collection);
        collection!.Dispose();
    }
}
