namespace EdgeSim.Index.Payloads;

/// <summary>Times as texts, read without allocating.</summary>
internal static class Rfc3339
{
    /// <summary>
    /// A date, or a date and a time of day behind T or a space, with seconds or not, with a fraction or not,
    /// with an offset or not (UTC). Ticks of 100 ns since the year 1, UTC; digits beyond are cut off.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        var rest = new Rest(text);
        int second = 0;
        if (!rest.Number(4, out int year) || !rest.Is('-') || !rest.Number(2, out int month)
            || !rest.Is('-') || !rest.Number(2, out int day)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        ticks = new DateTime(year, month, day).Ticks;
        if (rest.IsEnd)
        {
            return true;
        }

        if (!(rest.Is('T') || rest.Is('t') || rest.Is(' ')) || !rest.Number(2, out int hour)
            || !rest.Is(':') || !rest.Number(2, out int minute)
            || (rest.Is(':') && !rest.Number(2, out second))
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        ticks += (((hour * 60L) + minute) * 60L + second) * TimeSpan.TicksPerSecond;
        if (rest.Is('.') && !rest.Fraction(ref ticks))
        {
            return false;
        }

        if (rest.IsEnd || ((rest.Is('Z') || rest.Is('z')) && rest.IsEnd))
        {
            return true;
        }

        bool isWest = rest.Is('-');
        if (!(isWest || rest.Is('+')) || !rest.Number(2, out hour)
            || !rest.Is(':') || !rest.Number(2, out minute)
            || !rest.IsEnd || hour > 23 || minute > 59)
        {
            return false;
        }

        long offset = ((hour * 60L) + minute) * TimeSpan.TicksPerMinute;
        ticks += isWest ? offset : -offset;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
    }

    private ref struct Rest(ReadOnlySpan<byte> text)
    {
        private ReadOnlySpan<byte> _text = text;

        public readonly bool IsEnd => _text.IsEmpty;

        public bool Is(char sign)
        {
            bool isIt = !_text.IsEmpty && _text[0] == sign;
            _text = isIt ? _text[1..] : _text;
            return isIt;
        }

        public bool Number(int digits, out int value)
        {
            value = 0;
            if (_text.Length < digits)
            {
                return false;
            }

            for (int i = 0; i < digits; i++)
            {
                if (!char.IsAsciiDigit((char)_text[i]))
                {
                    return false;
                }

                value = (value * 10) + (_text[i] - '0');
            }

            _text = _text[digits..];
            return true;
        }

        public bool Fraction(ref long ticks)
        {
            long worth = TimeSpan.TicksPerSecond;
            int digits = 0;
            for (; digits < _text.Length && char.IsAsciiDigit((char)_text[digits]); digits++)
            {
                worth /= 10;
                ticks += (_text[digits] - '0') * worth;
            }

            _text = _text[digits..];
            return digits > 0;
        }
    }
}
