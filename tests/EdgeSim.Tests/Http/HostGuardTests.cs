using EdgeSim.Transports.Http;
using Microsoft.AspNetCore.Http;

namespace EdgeSim.Tests.Http;

public sealed class HostGuardTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:7700", true)]
    [InlineData("127.0.0.1:8080", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("[::1]:7700", true)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example:7700", false)]
    [InlineData("evil.example:7700", false)]
    [InlineData("192.168.1.7:7700", false)]
    [InlineData("[fe80::1]", false)]
    public void IsLoopback_OnlyNamesOfThisMachine(string host, bool expected) =>
        Assert.Equal(expected, HostGuard.IsLoopback(new HostString(host)));
}
