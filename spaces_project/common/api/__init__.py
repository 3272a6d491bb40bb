"""What every door for programs shares: one declaration of an operation checks the call, answers it and documents it."""
