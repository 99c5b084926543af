"""The record of processing activities (UK GDPR, Article 30): kept, exported, printed, with its history."""
