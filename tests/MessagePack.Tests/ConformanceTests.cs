using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace MessagePack.Tests;

/// <summary>Reader and writer against values and encodings that others wrote down.</summary>
public sealed class ConformanceTests
{
    private static readonly DateTime Epoch = new(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Read_EveryEncodingOfEveryValue_GivesTheValue()
    {
        int read = 0;
        foreach (SuiteCase test in SuiteCase.All)
        {
            foreach (byte[] encoding in test.Encodings)
            {
                foreach (ReadOnlySequence<byte> bytes in Pieces.Of(encoding))
                {
                    var reader = new MessagePackReader(bytes);
                    AssertReads(test, ref reader);
                    Assert.True(reader.End);
                    Assert.Equal(encoding.Length, reader.Consumed);
                    var skipping = new MessagePackReader(bytes);
                    skipping.Skip();
                    Assert.True(skipping.End);
                }

                read++;
            }
        }

        Assert.True(read > 200, $"only {read} encodings");
    }

    [Fact]
    public void Write_EveryValue_GivesItsShortestEncoding()
    {
        foreach (SuiteCase test in SuiteCase.All)
        {
            var buffer = new ArrayBufferWriter<byte>();
            var writer = new MessagePackWriter(buffer);
            Write(ref writer, test.Kind, test.Value);
            writer.Flush();
            string written = Convert.ToHexString(buffer.WrittenSpan);
            Assert.Contains(written, test.Encodings.Select(Convert.ToHexString));

            // Integers stay integers and doubles stay doubles, though a float32 may be shorter than either.
            int[] lengths =
            [
                .. test.Encodings
                    .Where(e => e[0] is not (MessagePackCode.Float32 or MessagePackCode.Float64))
                    .Select(e => e.Length),
            ];
            Assert.True(lengths.Length == 0 || written.Length == 2 * lengths.Min(), written);
        }
    }

    [Theory]
    [InlineData(15)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public void Lengths_AtTheBordersOfTheirFormats_RoundTrip(int length)
    {
        string text = new('x', length);
        byte[] bytes = new byte[length];
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.Write(text);
        writer.Write(bytes);
        writer.WriteExtensionFormat(new ExtensionResult(9, bytes));
        writer.WriteArrayHeader(length);
        writer.WriteRaw(bytes);
        writer.WriteMapHeader(length);
        writer.WriteRaw(bytes);
        writer.WriteRaw(bytes);
        writer.Flush();

        var reader = new MessagePackReader(buffer.WrittenMemory);
        Assert.Equal(text, reader.ReadString());
        Assert.Equal(length, reader.ReadBytes()!.Value.Length);
        Assert.Equal(new ExtensionHeader(9, length), reader.ReadExtensionFormat().Header);
        MessagePackReader peek = reader.CreatePeekReader();
        Assert.Equal(length, peek.ReadArrayHeader());
        reader.Skip();
        peek = reader.CreatePeekReader();
        Assert.Equal(length, peek.ReadMapHeader());
        reader.Skip();
        Assert.True(reader.End);
    }

    private static void AssertReads(SuiteCase test, ref MessagePackReader reader)
    {
        if (test.Kind == "timestamp")
        {
            AssertTimestamp(test.Value, ref reader);
            return;
        }

        if (test.Kind == "ext")
        {
            ExtensionResult extension = reader.ReadExtensionFormat();
            Assert.Equal(test.Value[0].GetInt32(), extension.TypeCode);
            Assert.Equal(Hex(test.Value[1]), extension.Data.ToArray());
            return;
        }

        AssertValue(test.Kind, test.Value, ref reader);
    }

    private static void AssertValue(string kind, JsonElement value, ref MessagePackReader reader)
    {
        switch (kind, value.ValueKind)
        {
            case ("binary", _):
                Assert.Equal(MessagePackType.Binary, reader.NextMessagePackType);
                Assert.Equal(Hex(value), reader.ReadBytes()!.Value.ToArray());
                break;
            case ("bignum", _):
                AssertNumber(decimal.Parse(value.GetString()!, CultureInfo.InvariantCulture), ref reader);
                break;
            case (_, JsonValueKind.Number):
                AssertNumber(value.GetDecimal(), ref reader);
                break;
            case (_, JsonValueKind.Null):
                Assert.Equal(Nil.Default, reader.ReadNil());
                break;
            case (_, JsonValueKind.True or JsonValueKind.False):
                Assert.Equal(value.GetBoolean(), reader.ReadBoolean());
                break;
            case (_, JsonValueKind.String):
                MessagePackReader peek = reader.CreatePeekReader();
                string text = value.GetString()!;
                if (peek.TryReadStringSpan(out ReadOnlySpan<byte> span))
                {
                    Assert.Equal(text, System.Text.Encoding.UTF8.GetString(span));
                }

                Assert.Equal(text, reader.ReadString());
                break;
            case (_, JsonValueKind.Array):
                Assert.Equal(value.GetArrayLength(), reader.ReadArrayHeader());
                foreach (JsonElement element in value.EnumerateArray())
                {
                    AssertValue("", element, ref reader);
                }

                break;
            default:
                Assert.Equal(value.EnumerateObject().Count(), reader.ReadMapHeader());
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    Assert.Equal(property.Name, reader.ReadString());
                    AssertValue("", property.Value, ref reader);
                }

                break;
        }
    }

    private static void AssertNumber(decimal value, ref MessagePackReader reader)
    {
        MessagePackReader asDouble = reader.CreatePeekReader();
        Assert.Equal((double)value, asDouble.ReadDouble());
        if (reader.NextMessagePackType == MessagePackType.Float)
        {
            Assert.Equal((float)value, reader.ReadSingle());
        }
        else if (value > long.MaxValue)
        {
            Assert.Equal((ulong)value, reader.ReadUInt64());
        }
        else
        {
            Assert.Equal((long)value, reader.ReadInt64());
        }
    }

    private static void AssertTimestamp(JsonElement value, ref MessagePackReader reader)
    {
        long seconds = value[0].GetInt64();
        if (seconds < -62_135_596_800)
        {
            // The year 0: a DateTime begins with the year 1.
            MessagePackReader peek = reader.CreatePeekReader();
            try
            {
                _ = peek.ReadDateTime();
                Assert.Fail("read a time before the year 1");
            }
            catch (MessagePackSerializationException)
            {
                reader.Skip();
                return;
            }
        }

        DateTime expected = Epoch.AddTicks(
            (seconds * TimeSpan.TicksPerSecond) + (value[1].GetInt64() / 100));
        Assert.Equal(expected, reader.ReadDateTime());
    }

    private static void Write(ref MessagePackWriter writer, string kind, JsonElement value)
    {
        switch (kind, value.ValueKind)
        {
            case ("timestamp", _):
                WriteTimestamp(ref writer, value[0].GetInt64(), value[1].GetInt64());
                break;
            case ("ext", _):
                writer.WriteExtensionFormat(new ExtensionResult((sbyte)value[0].GetInt32(), Hex(value[1])));
                break;
            case ("binary", _):
                writer.Write(Hex(value));
                break;
            case ("bignum", _):
                WriteNumber(ref writer, decimal.Parse(value.GetString()!, CultureInfo.InvariantCulture));
                break;
            case (_, JsonValueKind.Number):
                WriteNumber(ref writer, value.GetDecimal());
                break;
            case (_, JsonValueKind.Null):
                writer.WriteNil();
                break;
            case (_, JsonValueKind.True or JsonValueKind.False):
                writer.Write(value.GetBoolean());
                break;
            case (_, JsonValueKind.String):
                writer.Write(value.GetString());
                break;
            case (_, JsonValueKind.Array):
                writer.WriteArrayHeader(value.GetArrayLength());
                foreach (JsonElement element in value.EnumerateArray())
                {
                    Write(ref writer, "", element);
                }

                break;
            default:
                writer.WriteMapHeader(value.EnumerateObject().Count());
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    writer.Write(property.Name);
                    Write(ref writer, "", property.Value);
                }

                break;
        }
    }

    private static void WriteNumber(ref MessagePackWriter writer, decimal value)
    {
        if (value != decimal.Truncate(value))
        {
            writer.Write((double)value);
        }
        else if (value > long.MaxValue)
        {
            writer.Write((ulong)value);
        }
        else
        {
            writer.Write((long)value);
        }
    }

    /// <summary>What a DateTime cannot hold is written as an extension of the layout specified.</summary>
    private static void WriteTimestamp(ref MessagePackWriter writer, long seconds, long nanoseconds)
    {
        if (nanoseconds % 100 == 0 && seconds >= -62_135_596_800)
        {
            writer.Write(Epoch.AddTicks((seconds * TimeSpan.TicksPerSecond) + (nanoseconds / 100)));
            return;
        }

        byte[] body = seconds >> 34 == 0
            ? [.. BitConverter.GetBytes(((ulong)nanoseconds << 34) | (ulong)seconds).Reverse()]
            :
            [
                .. BitConverter.GetBytes((uint)nanoseconds).Reverse(),
                .. BitConverter.GetBytes(seconds).Reverse(),
            ];
        writer.WriteExtensionFormat(new ExtensionResult(ReservedMessagePackExtensionTypeCode.DateTime, body));
    }

    private static byte[] Hex(JsonElement text) => Convert.FromHexString(text.GetString()!.Replace("-", ""));
}
