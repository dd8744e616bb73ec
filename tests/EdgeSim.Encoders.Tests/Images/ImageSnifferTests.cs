using System.Text;
using EdgeSim.Encoders.Images;

namespace EdgeSim.Encoders.Tests.Images;

public sealed class ImageSnifferTests
{
    [Theory]
    [InlineData("", "empty")]
    [InlineData("%PDF-1.4", "PDF")]
    [InlineData("GIF89a\u0001", "GIF")]
    [InlineData("RIFF\u0010\u0000\u0000\u0000WEBPVP8 ", "WebP")]
    [InlineData("RIFF\u0010\u0000\u0000\u0000WAVEfmt ", "RIFF")]
    [InlineData("\u0000\u0000\u0000\u0018ftypheic\u0000", "HEIC")]
    [InlineData("\u0000\u0000\u0000\u001Cftypavif\u0000", "AVIF")]
    [InlineData("\u0000\u0000\u0000\u001Cftypisom\u0000", "film")]
    [InlineData("BM\u0036\u0000", "BMP")]
    [InlineData("II*\u0000\u0008", "TIFF")]
    [InlineData("MM\u0000*\u0000", "TIFF")]
    [InlineData("8BPS\u0000\u0001", "Photoshop")]
    [InlineData("PK\u0003\u0004\u0014", "ZIP")]
    [InlineData("<?xml version=\"1.0\"?><svg width=\"1\">", "SVG")]
    [InlineData("<!doctype html><html>", "HTML")]
    [InlineData("a picture of a dog", "a text")]
    [InlineData("\u0089PN", "cut after 3 bytes")]
    [InlineData("\u00FF\u00D8", "cut after 2 bytes")]
    [InlineData("\u0001\u0002\u0003", "unknown kind (it begins with the bytes 010203)")]
    public void Sniff_OtherFile_SaysWhatItLooksLike(string content, string word)
    {
        byte[] file = Encoding.Latin1.GetBytes(content);

        var e = Assert.Throws<EncoderInputException>(() => ImageSniffer.Sniff(file));

        Assert.Contains(word, e.Message, StringComparison.Ordinal);
        Assert.Contains("JPEG and PNG", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sniff_Picture_IsToldByContent()
    {
        Assert.Equal(ImageFormat.Jpeg, ImageSniffer.Sniff(Pictures.Read("one-pixel.jpg")));
        Assert.Equal(ImageFormat.Png, ImageSniffer.Sniff(Pictures.Read("one-pixel.png")));
    }
}
