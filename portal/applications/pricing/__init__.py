"""What a service would cost, for anybody who has not begun yet."""
