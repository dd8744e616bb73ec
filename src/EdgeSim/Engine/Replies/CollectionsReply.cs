namespace EdgeSim.Engine.Replies;

public sealed record CollectionsReply(IReadOnlyList<CollectionItem> Collections) : Reply;
