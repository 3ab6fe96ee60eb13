"""Pages: product."""

from fastapi import APIRouter

pages = APIRouter()
