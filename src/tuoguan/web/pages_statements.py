"""Pages: statements."""

from fastapi import APIRouter

pages = APIRouter()
