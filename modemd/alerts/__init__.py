"""From readings to messages that arrive: rules, texts, the outbox and its channels."""
