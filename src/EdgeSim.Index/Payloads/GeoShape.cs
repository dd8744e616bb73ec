namespace EdgeSim.Index.Payloads;

/// <summary>
/// A circle or a box on the sphere: an exact test, and one or two boxes around it that an index looks up.
/// </summary>
internal sealed class GeoShape
{
    /// <summary>Mean radius of the Earth (IUGG) in metres.</summary>
    private const double EarthRadius = 6_371_008.8;

    /// <summary>
    /// Degrees added around a circle, a metre: more than the rounding of the two formulas can differ, also
    /// where a circle nearly touches a pole.
    /// </summary>
    private const double Margin = 1e-5;

    private readonly bool _isCircle;
    private readonly double _meters;
    private readonly GeoPoint _center;
    private readonly double _south;
    private readonly double _north;
    private readonly double _west;
    private readonly double _east;

    public GeoShape(GeoBox box)
    {
        Require(box.TopLeft, box.Path);
        Require(box.BottomRight, box.Path);
        (_north, _west) = (box.TopLeft.Latitude, box.TopLeft.Longitude);
        (_south, _east) = (box.BottomRight.Latitude, box.BottomRight.Longitude);
        if (_south > _north)
        {
            throw new FilterException(
                $"The box on '{box.Path}' has its top at latitude {_north}, south of its bottom at {_south}. "
                + "Exchange the corners.");
        }
    }

    public GeoShape(GeoRadius circle)
    {
        Require(circle.Center, circle.Path);
        if (!(circle.Meters >= 0 && double.IsFinite(circle.Meters)))
        {
            throw new FilterException(
                $"The radius on '{circle.Path}' is {circle.Meters} m; it must be 0 or more.");
        }

        _isCircle = true;
        _meters = circle.Meters;
        _center = circle.Center;
        double angle = double.RadiansToDegrees(Math.Min(_meters / EarthRadius, Math.PI)) + Margin;
        _south = Math.Max(_center.Latitude - angle, -90);
        _north = Math.Min(_center.Latitude + angle, 90);
        double sine = Math.Sin(double.DegreesToRadians(Math.Min(angle, 90)))
            / Math.Cos(double.DegreesToRadians(_center.Latitude));
        if (_south <= -90 || _north >= 90 || !(sine < 1))
        {
            // A pole lies inside: every meridian meets the circle.
            (_west, _east) = (-180, 180);
            return;
        }

        double half = double.RadiansToDegrees(Math.Asin(sine)) + Margin;
        (_west, _east) = half >= 180
            ? (-180, 180)
            : (Wrap(_center.Longitude - half), Wrap(_center.Longitude + half));
    }

    /// <summary>One box, or two where the shape crosses the 180th meridian.</summary>
    public IEnumerable<(double South, double North, double West, double East)> Boxes
        => _west <= _east
            ? [(_south, _north, _west, _east)]
            : [(_south, _north, _west, 180), (_south, _north, -180, _east)];

    /// <summary>A place in a payload: a map with the numbers lat and lon, within their bounds.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out double latitude, out double longitude)
    {
        (latitude, longitude) = (double.NaN, double.NaN);
        var cursor = new PayloadCursor(value);
        PayloadToken map = cursor.Read();
        if (map.Kind != PayloadKind.Map)
        {
            return false;
        }

        for (int i = 0; i < map.Count; i++)
        {
            ReadOnlySpan<byte> key = cursor.Read().Bytes;
            PayloadCursor number = cursor;
            if (!cursor.Skip())
            {
                return false;
            }

            if (key.SequenceEqual("lat"u8) || key.SequenceEqual("lon"u8))
            {
                PayloadToken token = number.Read();
                double degrees = token.IsNumber ? token.AsDouble : double.NaN;
                latitude = key[1] == 'a' ? degrees : latitude;
                longitude = key[1] == 'o' ? degrees : longitude;
            }
        }

        return IsPlace(latitude, longitude);
    }

    /// <summary>Whether a place lies in it, borders included.</summary>
    public bool Contains(double latitude, double longitude)
    {
        if (_isCircle)
        {
            return Distance(_center.Latitude, _center.Longitude, latitude, longitude) <= _meters;
        }

        bool isBetween = _west <= _east
            ? longitude >= _west && longitude <= _east
            : longitude >= _west || longitude <= _east;
        return isBetween && latitude >= _south && latitude <= _north;
    }

    /// <summary>Metres along the great circle (haversine formula).</summary>
    public static double Distance(double latitude1, double longitude1, double latitude2, double longitude2)
    {
        double lat1 = double.DegreesToRadians(latitude1);
        double lat2 = double.DegreesToRadians(latitude2);
        double sinLat = Math.Sin((lat2 - lat1) / 2);
        double sinLon = Math.Sin(double.DegreesToRadians(longitude2 - longitude1) / 2);
        double h = (sinLat * sinLat) + (Math.Cos(lat1) * Math.Cos(lat2) * sinLon * sinLon);
        return 2 * EarthRadius * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }

    private static double Wrap(double longitude)
        => longitude < -180 ? longitude + 360 : longitude > 180 ? longitude - 360 : longitude;

    private static bool IsPlace(double latitude, double longitude)
        => latitude is >= -90 and <= 90 && longitude is >= -180 and <= 180;

    private static void Require(GeoPoint point, string path)
    {
        if (!IsPlace(point.Latitude, point.Longitude))
        {
            throw new FilterException(
                $"The filter on '{path}' names latitude {point.Latitude}, longitude {point.Longitude}; "
                + "allowed are -90 to 90 and -180 to 180.");
        }
    }
}
