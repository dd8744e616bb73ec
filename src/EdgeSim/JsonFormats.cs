using System.Text.Json.Serialization;
using EdgeSim.Commands;

namespace EdgeSim;

/// <summary>
/// Every JSON shape that goes in or out, by source generation. Names are camelCase, absent values are left
/// out, and an unknown member of a request is an error rather than ignored.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(KeyConverter)])]
[JsonSerializable(typeof(EncodeBody))]
[JsonSerializable(typeof(PointsBody))]
[JsonSerializable(typeof(PointBody))]
[JsonSerializable(typeof(SearchBody))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(EncodeReply))]
[JsonSerializable(typeof(AddReply))]
[JsonSerializable(typeof(SearchReply))]
[JsonSerializable(typeof(CollectionsReply))]
[JsonSerializable(typeof(CollectionItem))]
[JsonSerializable(typeof(ItemPayload))]
[JsonSerializable(typeof(EncodeLine))]
[JsonSerializable(typeof(IndexReport))]
[JsonSerializable(typeof(DemoReport))]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(KernelBenchReport))]
[JsonSerializable(typeof(StoreBenchReport))]
[JsonSerializable(typeof(AnnLine))]
[JsonSerializable(typeof(DatasetReport))]
[JsonSerializable(typeof(PlanReport))]
[JsonSerializable(typeof(VerifyLine))]
[JsonSerializable(typeof(RepairLine))]
[JsonSerializable(typeof(TortureRunReport))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(BackupReport))]
[JsonSerializable(typeof(RestoreReport))]
[JsonSerializable(typeof(ExportReport))]
[JsonSerializable(typeof(ImportReport))]
[JsonSerializable(typeof(ModelsReport))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(float[]))]
public sealed partial class JsonFormats : JsonSerializerContext;
