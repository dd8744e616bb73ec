namespace EdgeSim.Index.Payloads;

/// <summary>
/// Places as numbers on a Morton curve, and a box as some ranges of them. Latitude and longitude become 31
/// bits each (5 mm) and their bits alternate, so a square cell is one range. A box is covered by the squares
/// of the finest level at which it is at most eight wide and high: at most 81 ranges.
/// </summary>
internal ref struct GeoCells
{
    private const int AxisBits = 31;
    private const uint AxisMax = (1u << AxisBits) - 1;
    private const uint AcrossMax = 8;
    private readonly int _shift;
    private readonly uint _left;
    private readonly uint _right;
    private readonly uint _top;
    private uint _x;
    private uint _y;
    private bool _isOpen;

    public GeoCells(double south, double north, double west, double east)
    {
        // Casts round down, so a place never gets a smaller number than the border south or west of it.
        uint left = Axis(west, 180);
        uint right = Axis(east, 180);
        uint bottom = Axis(south, 90);
        uint top = Axis(north, 90);
        while ((right >> _shift) - (left >> _shift) > AcrossMax
            || (top >> _shift) - (bottom >> _shift) > AcrossMax)
        {
            _shift++;
        }

        (_left, _right, _top) = (left >> _shift, right >> _shift, top >> _shift);
        (_x, _y) = (_left, bottom >> _shift);
        _isOpen = right >= left && top >= bottom;
    }

    /// <summary>The codes of one square.</summary>
    public WholeBounds Current { get; private set; }

    /// <summary>The code of a place.</summary>
    public static long Code(double latitude, double longitude)
        => (long)(Spread(Axis(longitude, 180)) | (Spread(Axis(latitude, 90)) << 1));

    /// <summary>Goes to the next square.</summary>
    public bool Next()
    {
        if (!_isOpen)
        {
            return false;
        }

        long first = (long)(Spread(_x) | (Spread(_y) << 1)) << (2 * _shift);
        Current = new WholeBounds(first, first + (1L << (2 * _shift)) - 1);
        if (_x++ == _right)
        {
            _x = _left;
            _isOpen = _y++ != _top;
        }

        return true;
    }

    private static uint Axis(double degrees, double max)
        => (uint)Math.Clamp((degrees + max) / (2 * max) * AxisMax, 0, AxisMax);

    /// <summary>Puts a zero between any two bits.</summary>
    private static ulong Spread(uint value)
    {
        ulong bits = value;
        bits = (bits | (bits << 16)) & 0x0000FFFF0000FFFF;
        bits = (bits | (bits << 8)) & 0x00FF00FF00FF00FF;
        bits = (bits | (bits << 4)) & 0x0F0F0F0F0F0F0F0F;
        bits = (bits | (bits << 2)) & 0x3333333333333333;
        return (bits | (bits << 1)) & 0x5555555555555555;
    }
}
