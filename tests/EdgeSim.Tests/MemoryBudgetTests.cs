using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using EdgeSim.Commands;
using EdgeSim.Encoders;
using EdgeSim.Encoders.Models;

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
        string enough = Regex.Match(e.Message, @"Raise --ram to (\w+)\.").Groups[1].Value;
        long bytes = GlobalOptions.ParseBytes("--ram", enough);
        new MemoryBudget(bytes, [], serving: true).Verify();
        Assert.Throws<UserException>(new MemoryBudget(bytes - (1 << 20), [], serving: true).Verify);
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

    /// <summary>The README says what the budget must be; these are the numbers of the code.</summary>
    [Theory]
    [InlineData("both", "use-lite", "mobilenetv2-openimages")]
    [InlineData("`mobilenetv2-openimages` alone", "mobilenetv2-openimages")]
    [InlineData("`use-lite` alone", "use-lite")]
    [InlineData("none (vectors only)")]
    public void Readme_LeastRam_IsWhatTheBudgetRefusesBelow(string label, params string[] models)
    {
        ModelManifest[] installed = [.. new ModelStore(Repository.Root).Catalogue
            .Where(model => models.Contains(model.Name))];
        long planned = new[] { true, false }.Max(
            serving => new MemoryBudget(Limits.RamBytesDefault, installed, serving).PlannedBytes);
        double least = (planned + Limits.MappedBytesMin) / (double)(1 << 20);
        string readme = Repository.Read("README.md");
        Assert.Contains($"| {label} | {Math.Ceiling(least)} MiB |", readme);
        Assert.Contains($"The budget is {Limits.RamBytesDefault >> 20} MiB", readme);
    }

    [Fact]
    public unsafe void ProcessMemory_Read_SeesAnAllocation()
    {
        // Outside the managed heap, which may have room for it already; much, for other tests free some
        // meanwhile.
        const int Bytes = 256 << 20;
        ProcessMemory before = ProcessMemory.Read();
        void* block = NativeMemory.Alloc(Bytes);
        new Span<byte>(block, Bytes).Fill(1);
        ProcessMemory after = ProcessMemory.Read();
        NativeMemory.Free(block);
        Assert.True(after.PeakBytes >= before.ResidentBytes + (Bytes / 2), $"{before} -> {after}");
        Assert.InRange(after.ResidentBytes, 1, after.PeakBytes);
    }
}
