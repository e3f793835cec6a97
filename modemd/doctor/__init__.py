"""What is wrong and how to mend it: facts are collected without touching a modem, then judged by pure checks."""
