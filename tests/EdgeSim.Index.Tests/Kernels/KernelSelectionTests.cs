using System.Runtime.InteropServices;
using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Tests.Kernels;

/// <summary>
/// Which classes there are, and how one is chosen.
/// </summary>
public sealed class KernelSelectionTests
{
    [Fact]
    public void Available_OnThisProcessor_HasItsVectorClass()
    {
        string[] names = VectorKernels.Available.Select(kernels => kernels.Name).ToArray();
        Assert.Equal("scalar", names[0]);
        if (RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
        {
            Assert.Contains("neon", names);
        }
        else if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
        {
            Assert.Contains("avx2", names);
        }
    }

    [Fact]
    public void Select_NoName_ReturnsTheFastest()
        => Assert.Same(VectorKernels.Available[^1], VectorKernels.Select(null));

    [Theory]
    [InlineData("sse9")]
    [InlineData("AVX2")]
    public void Select_UnknownName_ListsWhatThereIs(string name)
    {
        var error = Assert.Throws<PlatformNotSupportedException>(() => VectorKernels.Select(name));
        Assert.Contains(name, error.Message);
        Assert.Contains("scalar", error.Message);
        Assert.Contains(VectorKernels.Variable, error.Message);
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Select_EachName_ReturnsThatClass(string name)
        => Assert.Equal(name, VectorKernels.Select(name).Name);
}
