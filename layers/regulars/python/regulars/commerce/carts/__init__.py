"""Carts (COM-3): the current one of each customer, and the moment at which it counts as abandoned."""

from regulars.commerce.carts.model import Cart, CartInput
from regulars.commerce.carts.service import ABANDON, abandon, clear, convert, get, put

__all__ = ["ABANDON", "Cart", "CartInput", "abandon", "clear", "convert", "get", "put"]
