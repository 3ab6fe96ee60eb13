"""Pages: decide."""

from fastapi import APIRouter

pages = APIRouter()
