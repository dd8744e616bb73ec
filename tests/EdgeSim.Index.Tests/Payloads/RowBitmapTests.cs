using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Tests.Payloads;

public sealed class RowBitmapTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void Operations_AreThoseOfSets(int rowCount)
    {
        var random = new SplitMix64(5);
        (RowBitmap a, HashSet<int> x) = Random(ref random, rowCount);
        (RowBitmap b, HashSet<int> y) = Random(ref random, rowCount);
        var c = new RowBitmap();
        Same(x, a);
        c.CopyFrom(a);
        c.And(b);
        Same(x.Intersect(y), c);
        c.CopyFrom(a);
        c.Or(b);
        Same(x.Union(y), c);
        c.CopyFrom(a);
        c.AndNot(b);
        Same(x.Except(y), c);
        c.CopyFrom(a);
        c.Invert();
        Same(Enumerable.Range(0, rowCount).Except(x), c);
        c.SetAll();
        Same(Enumerable.Range(0, rowCount), c);
        for (int i = 0; i < 50; i++)
        {
            int first = random.Below(rowCount + 1);
            int end = first + random.Below(rowCount - first + 1);
            c.Reset(rowCount);
            c.SetRange(first, end);
            Same(Enumerable.Range(first, end - first), c);
        }
    }

    private static void Same(IEnumerable<int> expected, RowBitmap bitmap)
    {
        var rows = new List<int>();
        for (int row = bitmap.Next(0); row >= 0; row = bitmap.Next(row + 1))
        {
            Assert.True(bitmap.Contains(row));
            rows.Add(row);
        }

        Assert.Equal(expected.Order(), rows);
        Assert.Equal(rows.Count, bitmap.Count());
    }

    private static (RowBitmap Bitmap, HashSet<int> Rows) Random(ref SplitMix64 random, int rowCount)
    {
        var bitmap = new RowBitmap();
        bitmap.Reset(rowCount);
        var rows = new HashSet<int>();
        for (int row = 0; row < rowCount; row++)
        {
            if (random.Below(2) == 0)
            {
                bitmap.Set(row);
                rows.Add(row);
            }
        }

        return (bitmap, rows);
    }
}
