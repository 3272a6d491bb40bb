"""What every API view shares: one declaration of an operation checks the call, answers it and documents it."""
