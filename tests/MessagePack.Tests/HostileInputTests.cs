using System.Buffers;
using EdgeSim.Index;

namespace MessagePack.Tests;

/// <summary>Bytes of an enemy: cut, mutated, deep, or stating what they do not hold.</summary>
public sealed class HostileInputTests(ITestOutputHelper output)
{
    private const ulong Seed = 20_240_611;

    [Fact]
    public void Read_EveryTruncation_IsEndOfStream()
    {
        foreach (SuiteCase test in SuiteCase.All)
        {
            foreach (byte[] encoding in test.Encodings)
            {
                for (int length = 0; length < encoding.Length; length++)
                {
                    foreach (ReadOnlySequence<byte> bytes in Pieces.Of(encoding[..length]))
                    {
                        Assert.IsType<EndOfStreamException>(Record.Exception(() => ReadAll(bytes)));
                        Assert.IsType<EndOfStreamException>(Record.Exception(() => Skip(bytes)));
                    }
                }
            }
        }
    }

    [Fact]
    public void Read_Mutations_GiveAValueOrATypedError()
    {
        output.WriteLine($"seed {Seed}");
        var random = new SplitMix64(Seed);
        byte[][] corpus = [.. SuiteCase.All.SelectMany(c => c.Encodings)];
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes =
            [
                .. corpus[random.Below(corpus.Length)],
                .. corpus[random.Below(corpus.Length)],
                .. corpus[random.Below(corpus.Length)],
            ];
            for (int flips = random.Below(4); flips >= 0; flips--)
            {
                bytes[random.Below(bytes.Length)] = (byte)random.Next();
            }

            var sequence = new ReadOnlySequence<byte>(bytes);
            Exception? read = Record.Exception(() => ReadAll(sequence));
            Assert.True(
                read is null or MessagePackSerializationException
                    or EndOfStreamException or OverflowException,
                $"{Convert.ToHexString(bytes)}: {read}");
            Exception? skipped = Record.Exception(() => Skip(sequence));
            Assert.True(
                skipped is null or MessagePackSerializationException or EndOfStreamException,
                $"{Convert.ToHexString(bytes)}: {skipped}");
        }
    }

    [Fact]
    public void Skip_HundredThousandArrays_TakesNoStack()
    {
        byte[] bytes = new byte[100_001];
        Array.Fill(bytes, (byte)(MessagePackCode.MinFixArray | 1));
        bytes[^1] = MessagePackCode.Nil;
        Exception? thrown = null;
        var thread = new Thread(
            () => thrown = Record.Exception(() => Skip(new ReadOnlySequence<byte>(bytes))), 128 << 10);
        thread.Start();
        thread.Join();
        Assert.Null(thrown);
    }

    [Fact]
    public void DepthStep_BeyondTheGreatestDepth_Throws()
    {
        MessagePackSecurity security = MessagePackSecurity.UntrustedData.WithMaximumObjectGraphDepth(2);
        Assert.Throws<InsufficientExecutionStackException>(() =>
        {
            var reader = new MessagePackReader(new byte[] { 0x91, 0x91, 0x91, 0xc0 });
            for (int i = 0; i < 3; i++)
            {
                security.DepthStep(ref reader);
                _ = reader.ReadArrayHeader();
                Assert.Equal(i + 1, reader.Depth);
            }
        });
    }

    [Theory]
    [InlineData("dbffffffff")]
    [InlineData("db7fffffff")]
    [InlineData("c6ffffffff")]
    [InlineData("c67fffffff")]
    [InlineData("c9ffffffff01")]
    [InlineData("c97fffffff01")]
    [InlineData("dd7fffffff")]
    [InlineData("df3fffffff")]
    public void Read_StatedLengthBeyondTheInput_AllocatesNothingOfIt(string hex)
    {
        var bytes = new ReadOnlySequence<byte>(Convert.FromHexString(hex));
        Assert.NotNull(Record.Exception(() => ReadAll(bytes)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.IsType<EndOfStreamException>(Record.Exception(() => ReadAll(bytes)));
        Assert.IsType<EndOfStreamException>(Record.Exception(() => Skip(bytes)));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 32 << 10, $"{allocated} bytes");
    }

    [Theory]
    [InlineData("d7ffee6b2800ffffffff")]
    [InlineData("c70cff000000000000003afff44180")]
    [InlineData("c70dff000000000000003afff44180ff")]
    [InlineData("d500ffff")]
    [InlineData("a161")]
    public void ReadDateTime_NoTime_IsASerializationException(string hex)
        => Assert.Throws<MessagePackSerializationException>(() =>
        {
            var reader = new MessagePackReader(Convert.FromHexString(hex));
            _ = reader.ReadDateTime();
        });

    private static void Skip(ReadOnlySequence<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        do
        {
            reader.Skip();
        }
        while (!reader.End);
    }

    private static void ReadAll(ReadOnlySequence<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        do
        {
            ReadValue(ref reader);
        }
        while (!reader.End);
    }

    private static void ReadValue(ref MessagePackReader reader)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Integer:
                _ = reader.NextCode == MessagePackCode.UInt64
                    ? (long)reader.ReadUInt64()
                    : reader.ReadInt64();
                break;
            case MessagePackType.Boolean:
                _ = reader.ReadBoolean();
                break;
            case MessagePackType.Float:
                _ = reader.ReadDouble();
                break;
            case MessagePackType.String:
                _ = reader.ReadString();
                break;
            case MessagePackType.Binary:
                _ = reader.ReadBytes();
                break;
            case MessagePackType.Array:
                MessagePackSecurity.UntrustedData.DepthStep(ref reader);
                for (int left = reader.ReadArrayHeader(); left > 0; left--)
                {
                    ReadValue(ref reader);
                }

                reader.Depth--;
                break;
            case MessagePackType.Map:
                MessagePackSecurity.UntrustedData.DepthStep(ref reader);
                for (long left = 2L * reader.ReadMapHeader(); left > 0; left--)
                {
                    ReadValue(ref reader);
                }

                reader.Depth--;
                break;
            case MessagePackType.Extension:
                MessagePackReader peek = reader.CreatePeekReader();
                ExtensionResult extension = peek.ReadExtensionFormat();
                if (extension.TypeCode == ReservedMessagePackExtensionTypeCode.DateTime)
                {
                    ReadTime(ref reader);
                }
                else
                {
                    _ = reader.ReadExtensionFormat();
                }

                break;
            default:
                _ = reader.ReadNil();
                break;
        }
    }

    /// <summary>One case of the suite lies in the year 0, which is well formed and no DateTime.</summary>
    private static void ReadTime(ref MessagePackReader reader)
    {
        MessagePackReader peek = reader.CreatePeekReader();
        try
        {
            _ = peek.ReadDateTime();
        }
        catch (MessagePackSerializationException)
        {
            // Skipped below like every other.
        }

        reader.Skip();
    }
}
