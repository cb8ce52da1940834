"""What an application costs, and how it goes on when the fee is paid."""
