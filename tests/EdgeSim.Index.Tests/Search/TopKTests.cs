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
}
