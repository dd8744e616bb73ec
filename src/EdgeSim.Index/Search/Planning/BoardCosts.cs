namespace EdgeSim.Index.Search.Planning;

/// <summary>
/// Costs of boards that are not this machine, from published bandwidths: Pi 4 5.6 GB/s (STREAM,
/// sci-pi.org.uk), Pi 5 6 GB/s copied and so about 10 read, NVMe there 750 MB/s in order and 70 us a read
/// of 4 KiB (pipci.jeffgeerling.com), Orin Nano 68 GB/s for all cores. The rest is scaled from them. Not
/// measured on a board by us.
/// </summary>
public static class BoardCosts
{
    /// <summary>Names of boards, as <c>edgesim plan --board</c> takes them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["rpi4", "rpi5", "orin-nano"];

    /// <summary>Raspberry Pi 4: Cortex-A72, no SDOT; an SD card or a disk at USB.</summary>
    public static SearchCosts RaspberryPi4 { get; } = new()
    {
        BytesPerNs = 4,
        RowNs = 6,
        MissNs = 140,
        EstimatedBytesPerNs = 6,
        ListNs = 900,
        HopNs = 450,
        QueryNs = 20_000,
        DiskBytesPerNs = 0.045,
        DiskReadNs = 500_000,
    };

    /// <summary>Raspberry Pi 5: Cortex-A76 with SDOT; NVMe.</summary>
    public static SearchCosts RaspberryPi5 { get; } = new()
    {
        BytesPerNs = 10,
        RowNs = 3,
        MissNs = 110,
        EstimatedBytesPerNs = 16,
        ListNs = 400,
        HopNs = 220,
        QueryNs = 9000,
        DiskBytesPerNs = 0.75,
        DiskReadNs = 70_000,
    };

    /// <summary>Jetson Orin Nano: Cortex-A78AE with SDOT; NVMe.</summary>
    public static SearchCosts OrinNano { get; } = new()
    {
        BytesPerNs = 14,
        RowNs = 3,
        MissNs = 120,
        EstimatedBytesPerNs = 16,
        ListNs = 400,
        HopNs = 220,
        QueryNs = 9000,
        DiskBytesPerNs = 1.5,
        DiskReadNs = 70_000,
    };

    /// <summary>The costs of a board by its name; null: there is none of that name.</summary>
    public static SearchCosts? Find(string name) => name switch
    {
        "rpi4" => RaspberryPi4,
        "rpi5" => RaspberryPi5,
        "orin-nano" => OrinNano,
        _ => null,
    };
}
