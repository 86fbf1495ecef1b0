"""The CDK application that deploys Regulars: one template, a stage per account and one for the laptop."""
