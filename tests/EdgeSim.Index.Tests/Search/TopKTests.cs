using EdgeSim.Index.Search;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search;

public sealed class TopKTests
{
    [Fact]
    public void Add_AnyStream_KeepsWhatASortWouldKeep()
    {
        var random = new SplitMix64(21);
        var best = new TopK();
        for (int round = 0; round < 300; round++)
        {
            int count = random.Below(60);
            int k = 1 + random.Below(20);
            float[] scores = new float[count];
            best.Reset(k);
            for (int i = 0; i < count; i++)
            {
                scores[i] = random.Below(8) - 4; // Few values: many ties.
                best.Add(scores[i], (uint)i);
            }

            (float Score, uint Place)[] expected = scores
                .Select((score, i) => (score, (uint)i))
                .OrderByDescending(item => item.score).ThenBy(item => item.Item2)
                .Take(k).ToArray();
            Assert.Equal(expected.Length, best.Count);
            for (int i = expected.Length - 1; i >= 0; i--)
            {
                Assert.Equal(expected[i], best.RemoveWorst());
            }
        }
    }

    [Fact]
    public void Add_ExtremeScores_KeepsTheirOrder()
    {
        float[] scores =
            [float.NegativeInfinity, float.MinValue, -1, -float.Epsilon, 0, float.Epsilon, 1, float.MaxValue];
        var best = new TopK();
        best.Reset(scores.Length);
        for (int i = scores.Length - 1; i >= 0; i--)
        {
            best.Add(scores[i], (uint)i);
        }

        foreach (float score in scores)
        {
            Assert.Equal(score, best.RemoveWorst().Score);
        }
    }

    [Fact]
    public void Add_MinusZeroAndZero_AreATie()
    {
        var best = new TopK();
        best.Reset(1);
        best.Add(-0f, 0);
        best.Add(0f, 1);
        Assert.Equal(0u, best.RemoveWorst().Place);
    }

    [Fact]
    public void Add_HeapsOfParts_IsTheHeapOfAll()
    {
        var random = new SplitMix64(22);
        for (int round = 0; round < 200; round++)
        {
            int k = 1 + random.Below(12);
            var all = new TopK();
            var parts = new TopK[1 + random.Below(4)];
            all.Reset(k);
            for (int i = 0; i < parts.Length; i++)
            {
                parts[i] = new TopK();
                parts[i].Reset(k);
            }

            for (uint i = 0; i < random.Below(80); i++)
            {
                float score = random.Below(6);
                all.Add(score, i);
                parts[random.Below(parts.Length)].Add(score, i);
            }

            foreach (TopK part in parts[1..])
            {
                parts[0].Add(part);
            }

            Assert.Equal(all.Count, parts[0].Count);
            while (all.Count > 0)
            {
                Assert.Equal(all.RemoveWorst(), parts[0].RemoveWorst());
            }
        }
    }
}
