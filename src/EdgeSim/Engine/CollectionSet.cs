using EdgeSim.Index;

namespace EdgeSim.Engine;

/// <summary>
/// The collections of a data folder, each opened when it is first asked for. Owned by the engine's thread.
/// </summary>
public sealed class CollectionSet(string folder) : IDisposable
{
    private readonly Dictionary<string, Collection> open = [];

    /// <summary>Names on disk, in ordinal order.</summary>
    public IReadOnlyList<string> Names()
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        return [.. Directory.EnumerateDirectories(folder)
            .Where(Collection.Exists)
            .Select(path => Path.GetFileName(path))
            .Order(StringComparer.Ordinal)];
    }

    public bool Exists(string name) => open.ContainsKey(name) || Collection.Exists(PathOf(name));

    /// <exception cref="UserException">There is none of that name.</exception>
    public Collection Get(string name)
    {
        if (open.TryGetValue(name, out Collection? collection))
        {
            return collection;
        }

        string path = PathOf(name);
        if (!Collection.Exists(path))
        {
            IReadOnlyList<string> names = Names();
            string known = names.Count == 0 ? "there are none yet" : $"there are: {string.Join(", ", names)}";
            throw new UserException(
                ExitCode.NoInput,
                $"No collection '{name}' in {folder}; {known}. Adding a point creates one.");
        }

        RequireRoom();
        collection = Collection.Open(path);
        open.Add(name, collection);
        return collection;
    }

    public Collection Create(string name, CollectionOptions options)
    {
        string path = PathOf(name);
        RequireRoom();
        Collection collection = Collection.Create(path, options);
        open.Add(name, collection);
        return collection;
    }

    /// <summary>
    /// Takes back a collection that was just made, as far as the disk lets us; what made it go is what is
    /// reported.
    /// </summary>
    public void TryDelete(string name)
    {
        if (open.Remove(name, out Collection? collection))
        {
            try
            {
                collection.Delete();
            }
            catch (IndexStorageException)
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
    }

    /// <summary>A name becomes a folder name, so only letters, digits, - and _ are taken.</summary>
    private string PathOf(string name)
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

    private void RequireRoom()
    {
        if (open.Count >= Limits.CollectionsOpenMax)
        {
            throw new UserException(
                ExitCode.Configuration,
                $"{Limits.CollectionsOpenMax} collections are open, which is the limit. Stop and use fewer.");
        }
    }
}
