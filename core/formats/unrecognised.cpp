#include "core/base/error.h"
#include "core/formats/contents_reader.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;

namespace {

struct Known {
    std::string_view start;
    std::string_view what;
    std::string_view hint;
};

constexpr std::string_view WrongFile = "Check that it is the right file.";

/// Files that people pick by mistake.
constexpr std::array Knowns = {
    Known{"PK\x03\x04", "a ZIP archive", "Unpack it and open the files in it."},
    Known{"\x1F\x8B", "a gzip archive", "Unpack it and open the files in it."},
    Known{"7z\xBC\xAF", "a 7z archive", "Unpack it and open the files in it."},
    Known{"\x89PNG", "a picture", WrongFile},
    Known{"\xFF\xD8\xFF", "a picture", WrongFile},
    Known{"%PDF", "a PDF document", WrongFile},
    Known{"\x7F"
          "ELF",
          "a program", WrongFile},
    Known{"SQLite format 3", "a database", "Open it as a store."},
    Known{"{", "JSON", WrongFile},
};

bool isTextOctet(std::uint8_t octet) {
    return octet >= 0x20U ? octet != 0x7FU : octet == '\n' || octet == '\r' || octet == '\t' || octet == '\f';
}

bool startsLikeHtml(std::string_view text) {
    const std::size_t start = text.find_first_not_of(" \t\r\n");
    return start != std::string_view::npos && text[start] == '<';
}

} // namespace

Error unrecognisedError(BytesView bytes) {
    const auto make = [](std::string message, std::string_view hint = WrongFile) {
        return Error(ErrorKind::BadInput, std::move(message), std::string(hint));
    };
    if (bytes.empty())
        return make("The file is empty", "Get it again from where it came from.");
    if (std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t octet) { return octet == 0; }))
        return make("There are nothing but zero octets in it", "The copy failed; get the file again.");
    const std::string_view text = base::textOf(bytes);
    const auto* known =
        std::find_if(Knowns.begin(), Knowns.end(), [text](const Known& k) { return text.starts_with(k.start); });
    if (known != Knowns.end())
        return make("This is " + std::string(known->what) + ", not a certificate or key", known->hint);
    if (text.find("-----END ") != std::string_view::npos)
        return make("The BEGIN line of the PEM text is missing", "Copy it again with its first line.");
    const std::string_view start = text.substr(0, 4096);
    const bool isText =
        std::all_of(start.begin(), start.end(), [](char c) { return isTextOctet(static_cast<std::uint8_t>(c)); });
    if (isText && startsLikeHtml(start))
        return make("This is a web page or XML, not a certificate or key",
                    "The download probably gave an error page; look at it in a browser.");
    if (isText)
        return make("This is text with no certificate, key or request in it",
                    "PEM text starts with a line such as -----BEGIN CERTIFICATE-----.");
    return make("No certificate, key, request or other known thing is in it",
                "Known are PEM, DER, PKCS#7, PKCS#8, PKCS#12, SPKAC and OpenSSH.");
}

} // namespace certwright::formats
