"""Regulars: serverless customer engagement, one package per capability."""
