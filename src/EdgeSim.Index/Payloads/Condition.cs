namespace EdgeSim.Index.Payloads;

/// <summary>
/// Something that a point fulfils or not. Conditions on a field hold if one of the values at its path fulfils
/// them: a path is keys joined by dots, with <c>[]</c> for every element of an array (<c>a.b</c>,
/// <c>a[].b</c>, <c>a[0]</c>), and an array at its end stands for its elements. A value of another type
/// fulfils no condition.
/// </summary>
public abstract record Condition
{
    private protected Condition()
    {
    }
}
