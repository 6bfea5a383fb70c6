"""What websites load from us: the browser library, its snippet and its settings document."""
