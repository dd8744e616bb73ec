namespace MessagePack;

/// <summary>Bounds for data of strangers.</summary>
public class MessagePackSecurity
{
    /// <summary>For data of our own.</summary>
    public static readonly MessagePackSecurity TrustedData = new();

    /// <summary>For data from outside.</summary>
    public static readonly MessagePackSecurity UntrustedData = new();

    private const int DepthMax = 500;

    private MessagePackSecurity()
    {
    }

    /// <summary>A copy, to be changed.</summary>
    protected MessagePackSecurity(MessagePackSecurity copyFrom)
    {
        ArgumentNullException.ThrowIfNull(copyFrom);
        MaximumObjectGraphDepth = copyFrom.MaximumObjectGraphDepth;
    }

    /// <summary>Containers within each other that <see cref="DepthStep"/> lets pass.</summary>
    public int MaximumObjectGraphDepth { get; private set; } = DepthMax;

    /// <summary>The same bounds with another depth.</summary>
    public MessagePackSecurity WithMaximumObjectGraphDepth(int maximumObjectGraphDepth)
        => MaximumObjectGraphDepth == maximumObjectGraphDepth
            ? this
            : new MessagePackSecurity(this) { MaximumObjectGraphDepth = maximumObjectGraphDepth };

    /// <summary>Enters a container: the reader's depth grows by one. Leaving takes one away.</summary>
    /// <exception cref="InsufficientExecutionStackException">The reader is at the greatest depth.</exception>
    public void DepthStep(ref MessagePackReader reader)
    {
        if (reader.Depth >= MaximumObjectGraphDepth)
        {
            throw new InsufficientExecutionStackException(
                $"The value nests deeper than {MaximumObjectGraphDepth} levels, the most allowed here.");
        }

        reader.Depth++;
    }
}
