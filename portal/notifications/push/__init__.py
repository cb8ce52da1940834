"""Messages that ring on a device: a kind and a link, encrypted for the browser alone."""
