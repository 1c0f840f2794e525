"""The layers of the design and what each may use. Dependencies go one way only."""

# For each layer the other layers it may use.
USES = {
    "base": (),
    "crypto": ("base",),
    "x509": ("base", "crypto"),
    "formats": ("base", "crypto", "x509"),
    "pki": ("base", "crypto", "x509", "formats"),
    "tls": ("base", "crypto", "x509", "formats"),
    "inspect": ("base", "crypto", "x509", "formats", "tls"),
    "store": ("base", "crypto", "x509", "formats", "pki"),
    "net": ("base", "crypto", "x509", "formats", "tls", "inspect"),
    "service": ("base", "crypto", "x509", "formats", "pki", "tls", "inspect", "store", "net"),
    "ui": ("base", "crypto", "x509", "formats", "pki", "tls", "inspect", "store", "net", "service"),
}
USES["app"] = (*USES["ui"], "ui")
USES["cli"] = USES["ui"]  # the command line never sees the window

# For each layer the Qt modules it may use; none means that it is free of Qt.
QT_MODULES = {
    **{layer: () for layer in ("base", "crypto", "x509", "formats", "pki", "tls", "inspect")},
    "store": ("Core", "Sql"),
    "net": ("Core", "Network"),
    "service": ("Core", "Sql", "Network"),
    "ui": ("Core", "Gui", "Widgets", "Svg"),
    "app": ("Core", "Gui", "Widgets", "Svg"),
    "cli": ("Core", "Sql", "Network"),
}


def layer_of(path):
    """The layer that a path relative to the root belongs to, or None: tests and resources may use everything."""
    parts = path.parts
    if parts[0] == "core" and len(parts) > 2:
        return parts[1]
    if parts[0] == "ui":
        return "ui"
    if parts[:2] == ("app", "cli"):
        return "cli"
    return "app" if parts[0] == "app" else None
