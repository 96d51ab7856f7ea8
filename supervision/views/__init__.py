"""Pages and forms: parse, one call, render. Every view declares its permission."""
