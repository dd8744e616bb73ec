namespace EdgeSim.Encoders.Tests.Images;

/// <summary>Runs <see cref="GiantPictureTests"/> while nothing else runs.</summary>
[CollectionDefinition(nameof(GiantPictureTests), DisableParallelization = true)]
public sealed class GiantPictureCollection;
