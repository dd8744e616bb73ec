namespace EdgeSim.Tests;

public sealed class MemoryBudgetTests
{
    [Fact]
    public void Verify_BudgetThatFits_Passes()
    {
        var budget = new MemoryBudget(Limits.RamBytesDefault, [], serving: true);
        budget.Verify();
        Assert.Equal(budget.Shares.Sum(share => share.Bytes), budget.PlannedBytes);
        Assert.Equal(budget.RamBytes, budget.PlannedBytes + budget.MappedBytes);
    }

    [Fact]
    public void Verify_BudgetTooSmall_NamesTheBudgetThatWouldDo()
    {
        var budget = new MemoryBudget(1 << 20, [], serving: true);
        UserException e = Assert.Throws<UserException>(budget.Verify);
        Assert.Equal(ExitCode.Configuration, e.Code);
        string enough = MemoryBudget.MiB(budget.PlannedBytes + Limits.MappedBytesMin);
        Assert.Contains($"Raise --ram to {enough} MiB", e.Message);
        new MemoryBudget(budget.PlannedBytes + Limits.MappedBytesMin, [], serving: true).Verify();
    }

    [Fact]
    public void HeapBytes_OfServing_HoldBodiesRepliesAndFreshRows()
    {
        var serving = new MemoryBudget(Limits.RamBytesDefault, [], serving: true);
        var once = new MemoryBudget(Limits.RamBytesDefault, [], serving: false);
        const long Always = Limits.ManagedHeapBytes + Limits.SearchBytes + Limits.FreshRowBytes;
        Assert.Equal(Always + Limits.RequestMemoryBytes, serving.HeapBytes);
        Assert.Equal(Always + Limits.ImageFileBytesMax, once.HeapBytes);
        Assert.True(serving.HeapBytes < serving.PlannedBytes);
    }

    [Fact]
    public void ProcessMemory_Read_SeesAnAllocation()
    {
        ProcessMemory before = ProcessMemory.Read();
        var block = new byte[64 << 20];
        for (int i = 0; i < block.Length; i += 4096)
        {
            block[i] = 1;
        }

        ProcessMemory after = ProcessMemory.Read();
        GC.KeepAlive(block);
        Assert.True(after.PeakBytes >= before.ResidentBytes + (50 << 20), $"{before} -> {after}");
        Assert.InRange(after.ResidentBytes, 1, after.PeakBytes);
    }
}
