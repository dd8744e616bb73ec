namespace MessagePack;

/// <summary>Bytes that are no MessagePack, or not the value that was asked for.</summary>
public class MessagePackSerializationException : Exception
{
    /// <summary>Without a message.</summary>
    public MessagePackSerializationException()
    {
    }

    /// <summary>With a message.</summary>
    public MessagePackSerializationException(string? message)
        : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public MessagePackSerializationException(string? message, Exception? inner)
        : base(message, inner)
    {
    }
}
