#pragma once

#include "core/base/bytes.h"
#include "core/service/inspecting.h"

#include <optional>
#include <string>
#include <string_view>

namespace certwright::service {

/// The head of an HTTP request, as far as a test server looks at it.
struct HttpRequest {
    std::string method;
    bool isValid = false; ///< begins as a request of HTTP/1 does and is not too long
};

/// Nothing while the head's end has not come (RFC 9112 2.1).
std::optional<HttpRequest> tryParseRequest(base::BytesView bytes);

/// A whole answer, after which the connection is closed; one of refusal to what is no request of HTTP.
std::string httpAnswer(const HttpRequest& request, std::string_view contentType, std::string_view body);

/// The page of a test server, HTML.
std::string fixedPage();

/// What the client and the server agreed upon, a line each: "Version: TLSv1.3".
std::string statusText(const ConnectionReport& report);

} // namespace certwright::service
